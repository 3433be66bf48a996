// Words that all pages share, and what a problem means in the reader's language.
import { ApiError } from '../api/client';
import { area, chosenLanguage } from '../i18n';
import { wordsOf } from '../i18n/words';
import enCommon from '../messages/en/common';
import enErrors from '../messages/en/errors';
import koCommon from '../messages/ko/common';
import koErrors from '../messages/ko/errors';

export const useCommonWords = area(enCommon, koCommon);

export interface Explained {
  title: string; // what happened
  detail: string; // the particulars, in the server's words; may be empty
  advice: string; // what to do; may be empty
  code: string;
}

export function explain(error: unknown): Explained {
  const t = wordsOf(enErrors, koErrors, chosenLanguage.get());
  if (!(error instanceof ApiError)) return { title: t('unexpected.title'), detail: error instanceof Error ? error.message : String(error), advice: t('unexpected.do'), code: 'unexpected' };
  const title = t.maybe(`${error.code}.title`) ?? (error.title || t('unexpected.title'));
  const advice = t.maybe(`${error.code}.do`, { seconds: error.retryAfter ?? 0 }) ?? '';
  return { title, detail: error.detail, advice, code: error.code };
}

// What is wrong with one field of a form, out of a refused request; null when that one was not the reason.
export function fieldFault(error: unknown, ...names: string[]): string | null {
  if (!(error instanceof ApiError)) return null;
  const found = error.problem?.errors?.find((each) => names.some((name) => each.pointer === `#/${name}` || each.loc.at(-1) === name));
  return found ? found.detail : null;
}
