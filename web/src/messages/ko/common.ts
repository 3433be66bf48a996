import type en from '../en/common';
import type { Translation } from '../../i18n/words';

const ko: Translation<typeof en> = {
  'close': '닫기',
  'cancel': '취소',
  'save': '저장',
  'apply': '적용',
  'delete': '삭제',
  'undo': '실행 취소',
  'undo.key': '{key} 키를 누르면 실행이 취소돼요.',
  'retry': '다시 시도',
  'more': '작업 더 보기',
  'next': '다음',
  'previous': '처음으로',
  'state.scheduled': '예약됨',
  'state.pending': '대기중',
  'state.retry': '재시도 대기 {attempt}/{most}',
  'state.processing': '처리중',
  'state.completed': '완료',
  'state.failed': '실패',
  'state.cancelled': '취소됨',
  'preview.counting': '개수를 세고 있어요 …',
  'preview.nothing': '이 작업으로 바뀌는 항목이 없어요.',
  'sorted': '{column} 기준으로 정렬',
  'page.of': '페이지',
  'code': '코드 {code}',
};

export default ko;
