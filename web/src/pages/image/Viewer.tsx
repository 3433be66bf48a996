// The photo with what was found over it, and the buttons to look closer.
import { useState } from 'react';

import type { Schemas } from '../../api/client';
import { useFormat } from '../../i18n';
import { Button, Icon, useCommonWords } from '../../ui';
import { colourOf } from './colours';
import { labelled } from './finds';
import type { Found } from './finds';
import { clamped, whole, zoomedAt } from './geometry';
import type { Size } from './geometry';
import type { Looking } from './looking';
import { Marks } from './Marks';
import { Stage } from './Stage';
import { useImageWords } from './words';

type Image = Schemas['Image'];

const mostTries = 3; // to load the picture

export function ZoomButtons({ looking, photo }: { looking: Looking; photo: Size }) {
  const t = useImageWords();
  const format = useFormat();
  const { view, frame, setView } = looking;
  const by = (factor: number) => setView(zoomedAt(clamped(view, frame, photo), factor, { x: frame.width / 2, y: frame.height / 2 }, frame, photo));
  return (
    <div className="image-zoom" role="group" aria-label={t('zoom')}>
      <Button kind="quiet" aria-label={t('zoom.out')} title={t('zoom.out')} disabled={view.zoom <= 1} onClick={() => by(1 / 1.5)}>
        −
      </Button>
      <Button kind="quiet" className="number" title={t('zoom.fit')} aria-label={t('zoom.fit.now', { zoom: format.percent(view.zoom) })} onClick={() => setView(whole)}>
        {format.percent(Math.round(view.zoom * 100) / 100)}
      </Button>
      <Button kind="quiet" aria-label={t('zoom.in')} title={t('zoom.in')} onClick={() => by(1.5)}>
        +
      </Button>
    </div>
  );
}

export function Viewer({ image, found, looking, onChoose, onCompare }: { image: Image; found: Found | null; looking: Looking; onChoose: (id: number) => void; onCompare: (() => void) | null }) {
  const t = useImageWords();
  const common = useCommonWords();
  const format = useFormat();
  const [tries, setTries] = useState(0);
  const broken = tries >= mostTries;
  // A picture that is still being made, or a busy server: asked for again, and then by the reader only.
  const again = () => setTimeout(() => setTries((before) => before + 1), tries + 1 < mostTries ? 1500 * (tries + 1) : 0);
  const [natural, setNatural] = useState<Size | null>(null);
  const [storedWidth, storedHeight] = image.stored_size as [number, number];
  const photo = found?.size ?? natural ?? { width: storedWidth, height: storedHeight };
  if (broken) {
    return (
      <div className="image-stage image-broken">
        <Icon name="images" size={32} />
        <p>{t('broken')}</p>
        <Button icon="retry" onClick={() => setTries(0)}>
          {common('retry')}
        </Button>
      </div>
    );
  }
  return (
    <figure className="image-viewer">
      <Stage
        src={image.preview_url}
        label={t('stage', { title: image.title, count: looking.shown.length })}
        photo={photo}
        view={looking.view}
        onView={looking.setView}
        onFrame={looking.setFrame}
        key={tries}
        onBroken={again}
        onNatural={found ? undefined : setNatural}
      >
        {(lie) =>
          found &&
          looking.marks && (
            <Marks
              photo={photo}
              lie={lie}
              marks={looking.shown.map((find) => ({ find, colour: colourOf(find.label, found.labels) }))}
              areas={found.regions.filter((region) => !looking.hidden.has(region.label)).map((region) => ({ id: `region-${region.id}`, mask: region.mask, colour: colourOf(region.label, found.labels) }))}
              active={looking.active}
              onActive={looking.setActive}
              onChoose={onChoose}
              labels={looking.labels}
              say={(find) => labelled(find, format)}
            />
          )
        }
      </Stage>
      <figcaption className="image-bar">
        <ZoomButtons looking={looking} photo={photo} />
        {found && (
          <>
            <label className="image-option">
              <input type="checkbox" className="check" checked={looking.marks} onChange={(event) => looking.setMarks(event.target.checked)} />
              {t('marks')}
            </label>
            <label className="image-option">
              <input type="checkbox" className="check" checked={looking.labels} disabled={!looking.marks} onChange={(event) => looking.setLabels(event.target.checked)} />
              {t('labels')}
            </label>
          </>
        )}
        {onCompare && (
          <Button kind="quiet" icon="models" onClick={onCompare}>
            {t('compare')}
          </Button>
        )}
        <span className="image-bar-end soft small number">{t('size', { width: photo.width, height: photo.height })}</span>
      </figcaption>
    </figure>
  );
}
