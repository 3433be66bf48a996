import { area } from '../../i18n';
import en from '../../messages/en/welcome';
import ko from '../../messages/ko/welcome';

export const useWelcomeWords = area(en, ko);
