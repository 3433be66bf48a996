import { area } from '../i18n';
import en from '../messages/en/parts';
import ko from '../messages/ko/parts';

export const usePartWords = area(en, ko);
