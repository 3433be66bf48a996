// Words of the page that several journeys look for: each stands here once, in both languages.
const shared = {
  en: { logIn: 'Log in', logOut: 'Log out', undo: 'Undo', pause: 'Pause', resume: 'Resume', reason: 'Reason', paused: 'Paused', pausedByAdmin: 'Paused by admin: new disk', photosQueue: 'Photos', more: 'More actions', edit: 'Edit title …', title: 'Title', save: 'Save', name: 'Name', remove: 'Delete', kept: 'I have kept it', cancel: 'Cancel', close: 'Close' },
  ko: { logIn: '로그인', logOut: '로그아웃', undo: '실행 취소', pause: '일시 정지', resume: '다시 시작', reason: '사유', paused: '일시 정지', pausedByAdmin: 'admin 님이 정지: new disk', photosQueue: '사진 처리', more: '작업 더 보기', edit: '제목 수정 …', title: '제목', save: '저장', name: '이름', remove: '삭제', kept: '보관했어요', cancel: '취소', close: '닫기' },
};

// Those of one journey beside the shared ones.
export const withShared = <Own extends Record<string, string>>(own: { en: Own; ko: Own }) => ({ en: { ...shared.en, ...own.en }, ko: { ...shared.ko, ...own.ko } });
