import { area } from '../i18n';
import en from '../messages/en/shell';
import ko from '../messages/ko/shell';

export const useShellWords = area(en, ko);
