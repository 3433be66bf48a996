import { area } from '../../i18n';
import en from '../../messages/en/account';
import ko from '../../messages/ko/account';

export const useWords = area(en, ko);
