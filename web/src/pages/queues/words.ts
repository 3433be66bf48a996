import { area } from '../../i18n';
import en from '../../messages/en/queues';
import ko from '../../messages/ko/queues';

export const useQueueWords = area(en, ko);
