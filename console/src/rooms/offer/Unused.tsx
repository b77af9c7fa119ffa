import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Unused } from '@/client/types'
import { groupedByWhy, mayPin } from './why'

/** What is not used and why, grouped by what could be done about it. */
export function UnusedList({
  unused,
  pinned,
  wish,
}: {
  unused: Unused[]
  pinned: string[]
  wish: (id: string, wish: 'pinned' | 'refused' | null) => void
}) {
  const { t, i18n } = useTranslation()
  const isEnglish = i18n.language === 'en'
  if (unused.length === 0) return <p className="quiet">{t('offer.all_used')}</p>
  return (
    <div className="stack">
      {groupedByWhy(unused).map((group) => (
        <section key={group.why}>
          <h3 className="why-head">
            {t(`offer.why_${group.why}`)} <small className="quiet num">{group.of.length}</small>
          </h3>
          <ul className="why-list">
            {group.of.map((one) => (
              <li key={one.id}>
                <div>
                  <b>{one.about.name}</b>{' '}
                  <span className="quiet">
                    {isEnglish ? one.about.sentence.en : one.about.sentence.zh}
                  </span>
                  <div className="why">{isEnglish ? one.en : one.zh}</div>
                </div>
                {one.code === 'refused' && (
                  <Button type="link" size="small" onClick={() => wish(one.id, null)}>
                    {t('offer.unrefuse')}
                  </Button>
                )}
                {mayPin(one) && (
                  <Button
                    type="link"
                    size="small"
                    onClick={() => wish(one.id, pinned.includes(one.id) ? null : 'pinned')}
                  >
                    {t(pinned.includes(one.id) ? 'offer.unpin' : 'offer.pin')}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}
