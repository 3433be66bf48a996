import { expect, it } from 'vitest';

import type { Image } from '../../images/filter';
import { csvOf } from './download';

const image = { id: 7, title: '=HYPERLINK("x")', uploaded_by: 'kim, minji', external_id: null, created_at: '2026-01-31T09:30:00Z', status: 'completed', error_code: null, result: null } as unknown as Image;

it('has a row for each thing found, and no formula', () => {
  const result = { model: { name: 'demo', version: '1' }, image_info: { size: [720, 480] }, result: { detected_objects: [{ class: 'person', confidence: 0.9, bbox: [-1, 2, 3, 4] }, { class: 'face', confidence: null, bbox: [5, 6, 7, 8] }] } };
  const lines = csvOf([image, { ...image, result } as unknown as Image]).split('\r\n');
  expect(lines).toHaveLength(5); // the columns, nothing found, two finds, the end
  expect(lines[0]!.startsWith('\ufeffimage_id,title,')).toBe(true);
  expect(lines[1]).toBe('7,"\'=HYPERLINK(""x"")","kim, minji",,2026-01-31T09:30:00Z,completed,,,,,,,,,,,,,');
  expect(lines[2]!.endsWith('demo,1,720,480,object,person,0.9,-1,2,3,4,')).toBe(true);
  expect(new Set(lines.slice(0, 4).map((line) => line.replace(/"[^"]*("")?[^"]*("")?[^"]*"/g, '').split(',').length)).size).toBe(1);
});
