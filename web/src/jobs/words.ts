import { area } from '../i18n';
import en from '../messages/en/jobs';
import ko from '../messages/ko/jobs';

export const useJobWords = area(en, ko);
