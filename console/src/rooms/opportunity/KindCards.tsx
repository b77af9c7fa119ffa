import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import { go, Link } from '@/shell/router'
import { useMay } from '@/shell/session'
import { Count, Money } from '@/ui/figure'
import { Answer, Nothing } from '@/ui/page'

/** Why to contact customers now, one card a kind, each one click from a care task. */
export function KindCards({ chosen }: { chosen?: string }) {
  const { t, i18n } = useTranslation()
  const may = useMay()
  const kinds = useRead('/v1/opportunities/kinds')
  return (
    <Answer of={kinds}>
      {(items) =>
        items.length === 0 ? (
          <Nothing title={t('opportunity.none')} hint={t('opportunity.none_hint')} />
        ) : (
          <div className="kinds">
            {items.map((kind) => (
              <article key={kind.kind} className={`kind ${kind.kind === chosen ? 'chosen' : ''}`}>
                <Link to={`/opportunities?kind=${kind.kind}`}>
                  <h3>{i18n.language === 'en' ? kind.title_en : kind.title_zh}</h3>
                </Link>
                <p className="quiet">
                  {i18n.language === 'en' ? kind.meaning_en : kind.meaning_zh}
                </p>
                <div className="row between">
                  <div>
                    <b className="kind-count">
                      <Count of={kind.count} />
                    </b>{' '}
                    <span className="quiet">
                      {t('opportunity.people_worth')} <Money fen={kind.expected_fen} />
                    </span>
                  </div>
                  {may('campaign.edit') && (
                    <Button
                      type="primary"
                      size="small"
                      disabled={kind.count === 0}
                      onClick={() => go(`/campaigns/new?opportunity=${kind.kind}`)}
                    >
                      {t('opportunity.make_task')}
                    </Button>
                  )}
                </div>
              </article>
            ))}
          </div>
        )
      }
    </Answer>
  )
}
