import type en from '../en/login';
import type { Translation } from '../../i18n/words';

const ko: Translation<typeof en> = {
  'title': '로그인',
  'name': '이름',
  'password': '비밀번호',
  'submit': '로그인',
  'wrong': '이름 또는 비밀번호가 올바르지 않아요.',
  'slow': '시도가 너무 많았어요. {seconds, plural, =0 {잠시} other {#초}} 기다려 주세요.',
  'first.title': '처음이신가요?',
  'first.text': '서버를 처음 시작할 때 <code>admin</code>의 비밀번호를 터미널에 한 번 보여 주거나 데이터 폴더의 <code>first-login.txt</code> 파일에 남겨요. 잃어버렸다면 서버 컴퓨터에서 <code>darkroom users reset-password admin</code>으로 새로 만들 수 있어요.',
  'plain': '암호화되지 않은 HTTP 연결이에요. 중간에서 누군가 내용을 볼 수 있어요.',
};

export default ko;
