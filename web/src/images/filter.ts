// The conditions and the order of the list, as the address has them and as the API wants them. Pure.
import type { Asked, Schemas } from '../api/client';
import { parseDate, rangeOf } from './dates';

export type Image = Schemas['Image'];
export type Status = Schemas['ImageStatus'];
export type Sort = 'newest' | 'oldest' | 'title';
export type Conditions = Schemas['ImageFilter'];

export const statuses: readonly Status[] = ['pending', 'processing', 'completed', 'failed', 'cancelled'];
export const sorts: readonly Sort[] = ['newest', 'oldest', 'title'];
export const pageSize = 50;

// What stands in the address, besides status, date, sort and cursor.
export const textConditions = ['search', 'model', 'uploader', 'label', 'error', 'batch'] as const;
export type TextCondition = (typeof textConditions)[number];

export interface View {
  conditions: Conditions; // without a condition it is empty
  sort: Sort;
  cursor: string | null;
}

export function viewOf(search: URLSearchParams, zone: string): View {
  const conditions: Conditions = {};
  const status = search.get('status');
  if (status && (statuses as readonly string[]).includes(status)) conditions.status = status as Status;
  for (const name of textConditions) {
    const value = search.get(name)?.trim();
    if (value) conditions[name] = value;
  }
  const date = parseDate(search.get('date'));
  if (date) Object.assign(conditions, rangeOf(date, zone));
  const sort = search.get('sort') as Sort | null;
  return { conditions, sort: sort && sorts.includes(sort) ? sort : 'newest', cursor: search.get('cursor') };
}

export function queryOf({ conditions, sort, cursor }: View): NonNullable<Asked<'get', '/api/v1/images'>['query']> {
  return { ...conditions, limit: pageSize, ...(sort === 'newest' ? {} : { sort }), ...(cursor ? { cursor } : {}) };
}

// An action on all that match must say so when there is no condition.
export const filterOf = (conditions: Conditions): Conditions => (Object.keys(conditions).length ? conditions : { all: true });

// The address of one photo's page. It keeps the conditions, so that one can go on through the list there.
export function storyOf(image: Image, search: URLSearchParams): string {
  const kept = new URLSearchParams(search);
  kept.delete('cursor');
  const text = kept.toString();
  return `/images/${image.id}${text ? `?${text}` : ''}`;
}

// What was found, by class and how often, most frequent first.
export function foundIn(image: Image): { label: string; count: number }[] {
  const result = image.result?.result;
  if (!result) return [];
  const names = result.detected_objects.map((object) => object.class);
  if (!names.length && result.classes?.[0]) names.push(result.classes[0].class);
  if (!names.length && result.regions) names.push(...result.regions.map((region) => region.class));
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([label, count]) => ({ label, count })).sort((a, b) => b.count - a.count);
}
