import { useTranslation } from 'react-i18next'
import type { CampaignPreview } from '@/client/types'
import { count } from '@/ui/format'
import { fallsOf } from './waterfall'

/** From everyone to those reached, each loss under what is left above it. `open`: who they are. */
export function Waterfall({
  bars,
  open,
}: {
  bars: CampaignPreview['waterfall']
  open?: (reason: string) => void
}) {
  const { t, i18n } = useTranslation()
  const said = (bar: (typeof bars)[number]) => {
    const title = i18n.language === 'en' ? bar.title_en : bar.title_zh
    // Of a published campaign it is everybody who is reached, however.
    return bar.kind === 'reached' && bar.code !== 'treated'
      ? t('campaign.reached_by', { by: title })
      : title
  }
  return (
    <ol className="waterfall" aria-label={t('campaign.waterfall')}>
      {fallsOf(bars).map(({ bar, from, width }) => (
        <li key={`${bar.kind}-${bar.code}`} className={`fall-${bar.kind}`}>
          <span className="fall-name">
            {open && bar.kind === 'lost' && bar.count > 0 ? (
              <button type="button" className="opens" onClick={() => open(bar.code)}>
                {said(bar)}
              </button>
            ) : (
              said(bar)
            )}
          </span>
          <span className="fall-track">
            <i style={{ left: `${from}%`, width: `${width}%` }} />
          </span>
          <span className="num fall-count">
            {bar.kind === 'lost' || bar.kind === 'held_out' ? '−' : ''}
            {count(bar.count)}
          </span>
        </li>
      ))}
    </ol>
  )
}
