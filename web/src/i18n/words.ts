// Messages in ICU syntax, in English and Korean. An area is a pair of catalogs; a key or a language that is missing does not compile:
//   const useWords = area(en, ko);   const t = useWords();   t('selected', { count: 3 })
import IntlMessageFormat from 'intl-messageformat';
import { Fragment, createElement, useMemo } from 'react';
import type { ReactNode } from 'react';

import { chosenLanguage } from './language';
import type { Language } from './language';

export type Catalog = Readonly<Record<string, string>>;
export type Translation<C extends Catalog> = { readonly [K in keyof C]: string };
type Values = Record<string, string | number | boolean | Date | null | undefined>;
type RichValues = Record<string, ReactNode | ((chunks: ReactNode) => ReactNode)>;

export interface Words<C extends Catalog> {
  (key: keyof C & string, values?: Values): string;
  // For messages with tags, as in 'See <link>the guide</link>': each tag is a function that wraps what is in it.
  rich(key: keyof C & string, values: RichValues): ReactNode;
  // For keys that are made while the page runs, as of an error's code: undefined where there is no such message.
  maybe(key: string, values?: Values): string | undefined;
}

const compiled = new Map<string, IntlMessageFormat>();

function formatter(text: string, language: Language): IntlMessageFormat {
  const key = `${language}:${text}`;
  let found = compiled.get(key);
  if (!found) compiled.set(key, (found = new IntlMessageFormat(text, language)));
  return found;
}

export function wordsOf<C extends Catalog>(en: C, ko: Translation<C>, language: Language): Words<C> {
  const catalog: Catalog = language === 'ko' ? ko : en;
  const words = ((key, values) => String(formatter(catalog[key]!, language).format(values))) as Words<C>;
  words.rich = (key, values) => {
    const parts = formatter(catalog[key]!, language).format<ReactNode>(values as Record<string, ReactNode>);
    return Array.isArray(parts) ? parts.map((part, index) => createElement(Fragment, { key: index }, part as ReactNode)) : parts;
  };
  words.maybe = (key, values) => (Object.hasOwn(catalog, key) ? words(key, values) : undefined);
  return words;
}

export function area<const C extends Catalog>(en: C, ko: Translation<C>): () => Words<C> {
  return () => {
    const language = chosenLanguage.use();
    return useMemo(() => wordsOf(en, ko, language), [language]);
  };
}
