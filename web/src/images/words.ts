import { area } from '../i18n';
import en from '../messages/en/images';
import ko from '../messages/ko/images';

export const useWords = area(en, ko);
