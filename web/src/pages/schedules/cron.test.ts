import { describe, expect, it } from 'vitest';

import { faultOf } from './cron';

describe('a cron expression', () => {
  it('is right with numbers, names, ranges, steps, lists and macros', () => {
    for (const text of ['30 3 * * *', '*/10 * * * *', '0 12 13 * fri', '0 0 1,15 jan-mar sat-sun', '5-50/5 * * * 7', '@monthly', ' @Daily ', '0 0 * * fri-sun']) expect(faultOf(text)).toBeNull();
  });

  it('is refused with the field that is wrong', () => {
    expect(faultOf('99 * * * *')).toEqual({ field: 'minute', part: '99' });
    expect(faultOf('0 0 * * 5-2')).toEqual({ field: 'weekday', part: '5-2' });
    expect(faultOf('5/2 * * * *')).toEqual({ field: 'minute', part: '5/2' });
    expect(faultOf('*/90 * * * *')).toEqual({ field: 'minute', part: '*/90' });
    expect(faultOf('* * *')).toBe('fields');
  });
});
