// The first tour: who comes to an empty place is shown around, and ends with a photo that was processed.
import { describe, it } from 'vitest';

import { expectAccessible, expectFits, languages, picture } from './support/browser';
import { journeys } from './support/journey';
import { photo } from './support/photos';

const { server, open } = journeys({ model: 'demo', testMode: true });

const words = {
  en: { sample: 'Use the sample', found: '3 objects were found', skip: 'Skip', empty: 'No photos yet', around: 'Show me around', cause: 'The model’s answer cannot be used' },
  ko: { sample: '예제 사진 사용', found: '객체 3개를 찾았어요', skip: '건너뛰기', empty: '아직 사진이 없어요', around: '둘러보기', cause: '모델의 결과를 쓸 수 없어요' },
};

describe.each(languages)('in %s', (language) => {
  const t = words[language];

  it('can be skipped, and be taken later, and ends with a result', async () => {
    await server.empty();
    const page = await open(language, '/', { tour: true });
    await page.waitForURL('**/welcome');
    await expectAccessible(page);
    await expectFits(page);
    await picture(page, `welcome-${language}`);
    await page.getByRole('button', { name: t.skip }).click();
    await page.getByText(t.empty).waitFor();
    await expectAccessible(page);
    await picture(page, `images-empty-${language}`);
    await page.getByRole('link', { name: t.around }).click();
    await page.getByRole('button', { name: t.sample }).click();
    await page.getByText(t.found).waitFor({ timeout: 30_000 });
    await page.waitForFunction(() => [...document.images].every((image) => image.complete && image.naturalWidth > 0));
    await expectAccessible(page);
    await expectFits(page);
    await picture(page, `welcome-result-${language}`);
  });

  it('says in the reader’s words why a photo failed', async () => {
    const image = await server.upload(photo('lie'), 'lie.jpg', { model: 'null' }, 30);
    const page = await open(language, `/welcome?photo=${image.id}`, { tour: true });
    await page.getByText(t.cause).waitFor();
    await expectAccessible(page);
    await expectFits(page);
    await picture(page, `welcome-failed-${language}`);
  });
});
