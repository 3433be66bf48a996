import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { expect, it } from 'vitest';

import { formatFor } from '../../i18n/format';
import { wordsOf } from '../../i18n/words';
import en from '../../messages/en/alerts';
import ko from '../../messages/ko/alerts';
import { sentence } from './sentence';

const load = { percent: 93, bound: 80, for_seconds: 600 };
const alerts: Record<string, [said: Record<string, number | string>, english: string, korean: string]> = {
  queue_slow: [{ seconds: 4000, bound: 3600 }, 'A job has waited for 1 hr 6 min; the bound is 1 hr.', '1시간 6분 동안 기다린 작업이 있어요. (기준: 1시간)'],
  queue_long: [
    { jobs: 1200, bound: 100, for_seconds: 300 },
    '1,200 jobs are queued, for 5 min or longer; the bound is 100.',
    '작업 1,200건이 5분 넘게 대기 중이에요. (기준: 100건)',
  ],
  failures_many: [{ jobs: 101, bound: 100 }, '101 jobs failed in the last hour; the bound is 100.', '지난 1시간 동안 작업 101건이 실패했어요. (기준: 100건)'],
  worker_lost: [{ workers: 'gpu-1, gpu-2' }, 'Silent beyond their lease, and not back: gpu-1, gpu-2', '정해진 시간 안에 신호가 없었고 돌아오지 않은 워커: gpu-1, gpu-2'],
  disk_low: [
    { bytes: 1_500_000_000, bound: 2_000_000_000 },
    'Only 1.5 GB of disk are free in the data folder of web-1; the bound is 2 GB.',
    'web-1의 데이터 폴더에 남은 디스크 공간이 1.5GB뿐이에요. (기준: 2GB)',
  ],
  database_log_large: [{ bytes: 1_500_000_000, bound: 1_000_000_000 }, 'The log of the database has 1.5 GB; the bound is 1 GB.', '데이터베이스 로그의 크기: 1.5GB (기준: 1GB)'],
  cpu_busy: [
    load,
    '93% of the processor of web-1 is used while jobs wait too long; the bound is 80% for 10 min.',
    '작업이 너무 오래 기다리는데 web-1의 CPU 사용률이 93%까지 올랐어요. (기준: 10분 동안 80%)',
  ],
  memory_low: [
    load,
    '93% of the memory of web-1 is used while jobs wait too long; the bound is 80% for 10 min.',
    '작업이 너무 오래 기다리는데 web-1의 메모리 사용률이 93%까지 올랐어요. (기준: 10분 동안 80%)',
  ],
};

const inEnglish = [wordsOf(en, ko, 'en'), formatFor('en', 'UTC')] as const;
const inKorean = [wordsOf(en, ko, 'ko'), formatFor('ko', 'UTC')] as const;

// On the Korean page every alert was said in English.
it.each(Object.entries(alerts))('says %s in both languages', (name, [said, english, korean]) => {
  const alert = { name, node: 'web-1', said };
  expect(sentence(alert, ...inEnglish)).toBe(english);
  expect(sentence(alert, ...inKorean)).toBe(korean);
});

it('knows every alert that the server raises, and no other', () => {
  const watches = ['watch_machine.cpp', 'watch_resources.cpp'].map((file) => readFileSync(resolve(__dirname, '../../../../src/scheduler', file), 'utf8')).join('');
  const raised = [...watches.matchAll(/\b(?:judge|busy)\("(\w+)"/g)].map((found) => found[1]);
  expect(Object.keys(alerts).sort()).toEqual(raised.sort());
});

it('leaves an alert without numbers, or of another kind, to the words of the server', () => {
  expect(sentence({ name: 'disk_low', node: 'web-1', said: {} }, ...inKorean)).toBeUndefined();
  expect(sentence({ name: 'of_tomorrow', node: '', said: { jobs: 1 } }, ...inKorean)).toBeUndefined();
});
