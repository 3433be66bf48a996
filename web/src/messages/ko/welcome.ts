import type { Translation } from '../../i18n/words';
import type en from '../en/welcome';

const ko: Translation<typeof en> = {
  'title': 'Darkroom에 오신 것을 환영해요',
  'lead': '세 단계면 무엇을 하는지 알 수 있어요. 사진을 보내면 모델이 살펴보고 결과를 돌려줍니다.',
  'steps': '단계',
  'step.send': '사진 보내기',
  'step.watch': '처리 과정 보기',
  'step.result': '결과 확인하기',
  'send.text': '가지고 있는 사진이나, 세 사람이 나온 예제 사진을 써 보세요. 사진은 이 서버에만 저장돼요.',
  'send.own': '사진 선택',
  'send.sample': '예제 사진 사용',
  'watch.pending': '차례를 기다리고 있어요',
  'watch.processing': '모델이 사진을 살펴보고 있어요',
  'watch.text': '새로 고치지 않아도 서버에서 바뀌는 내용이 바로 나타나요.',
  'failed.title': '이번에는 처리하지 못했어요',
  'failed.text': '사진 페이지에서 시도마다 이유를 확인할 수 있어요.',
  'failed.again': '다른 사진으로 해 보기',
  'result.title': '{count, plural, =0 {찾은 객체가 없어요} other {객체 #개를 찾았어요}}',
  'result.text': '{time} 걸렸어요. 사진마다 박스와 시도 기록, JSON 결과를 볼 수 있는 페이지가 있어요.',
  'result.nothing': '이 모델은 사람과 얼굴을 찾아요. 다른 모델은 ‘모델’에서 추가할 수 있어요.',
  'result.alt': '찾은 객체를 표시한 사진',
  'result.open': '사진 페이지 열기',
  'result.more': '사진 더 올리기',
  'result.api': '프로그램으로 보내기',
  'skip': '건너뛰기',
};

export default ko;
