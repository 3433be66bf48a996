import type en from '../en/parts';
import type { Translation } from '../../i18n/words';

const ko: Translation<typeof en> = {
  'copy': '복사',
  'copied': '복사했어요',
  'copy.failed': '브라우저가 복사를 허용하지 않았어요. 직접 선택해서 복사해 주세요.',
  'once': '지금 한 번만 볼 수 있어요. 이 값을 가진 사람은 누구나 쓸 수 있으니 비밀번호처럼 보관해 주세요.',
  'done': '보관했어요',
  'since': '시작',
  'until': '끝',
  'sections': '구역',
};

export default ko;
