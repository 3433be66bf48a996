import { area } from '../../i18n';
import en from '../../messages/en/failures';
import ko from '../../messages/ko/failures';

export const useFailureWords = area(en, ko);
