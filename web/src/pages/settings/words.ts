import { area } from '../../i18n';
import en from '../../messages/en/settings';
import ko from '../../messages/ko/settings';

export const useWords = area(en, ko);
