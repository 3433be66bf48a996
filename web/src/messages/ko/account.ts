import type en from '../en/account';
import type { Translation } from '../../i18n/words';

const ko: Translation<typeof en> = {
  'title': '내 계정',
  'role': '역할',
  'password': '비밀번호',
  'password.lead': '단어 몇 개를 이어 쓰면 기억하기 쉬워요. 8자 이상, 15자 이상이면 더 좋아요. 바꾸면 다른 기기에서는 로그아웃돼요.',
  'old': '현재 비밀번호',
  'new': '새 비밀번호',
  'again': '새 비밀번호 확인',
  'differ': '두 비밀번호가 달라요.',
  'wrong': '현재 비밀번호가 맞지 않아요.',
  'change': '비밀번호 바꾸기',
  'changed': '비밀번호를 바꾸고 다른 기기에서 로그아웃했어요',
  'sessions': '로그인한 곳',
  'sessions.lead': '모르는 곳이 있다면 끝내고 비밀번호를 바꿔 주세요.',
  'tokens': '내 토큰',
};

export default ko;
