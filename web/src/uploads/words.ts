import { area } from '../i18n';
import en from '../messages/en/upload';
import ko from '../messages/ko/upload';

export const useUploadWords = area(en, ko);
