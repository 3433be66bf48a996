import { area } from '../../i18n';
import en from '../../messages/en/image';
import ko from '../../messages/ko/image';

export const useImageWords = area(en, ko);
