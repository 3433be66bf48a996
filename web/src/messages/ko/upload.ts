import type en from '../en/upload';
import type { Translation } from '../../i18n/words';

const ko: Translation<typeof en> = {
  'title': '업로드',
  'choose': '사진 선택',
  'sent': '사진 {count}장을 보냈어요',
};

export default ko;
