import type en from '../en/images';
import type { Translation } from '../../i18n/words';

const ko: Translation<typeof en> = {
  'title': '이미지',
  'column.title': '제목',
  'column.status': '상태',
  'column.priority': '우선순위',
  'column.model': '모델',
  'column.uploader': '올린 사람',
  'column.time': '올린 시간',
  'column.photo': '사진',
  'empty.title': '아직 사진이 없어요',
  'empty.text': '이 페이지나 API, 연결된 사이트에서 보낸 사진이 찾아낸 객체와 함께 여기에 나타나요.',
  'upload': '사진 올리기',
};

export default ko;
