import { useTranslation } from 'react-i18next'
import { Problem } from '@/client/http'
import { useRead } from '@/client/query'
import { Figure } from '@/ui/figure'
import { percent } from '@/ui/format'
import { Answer, Nothing, Panel } from '@/ui/page'

function shareOf(value: number | null): string {
  return value === null ? '–' : percent(value, 2)
}

/** Resolution scored against the demo's truth. */
export function QualityPanel() {
  const { t } = useTranslation()
  const quality = useRead('/v1/demo/identity-quality')
  const isUnknown = quality.error instanceof Problem && quality.error.status === 404
  return (
    <Panel title={t('identity.quality')}>
      {isUnknown ? (
        <Nothing title={t('identity.no_truth')} hint={t('identity.no_truth_hint')} />
      ) : (
        <Answer of={quality}>
          {(data) => (
            <>
              <p className="quiet">{t('identity.quality_hint')}</p>
              <div className="figures quality">
                <Figure
                  size="large"
                  title={t('identity.precision')}
                  metric="precision"
                  value={shareOf(data.precision)}
                />
                <Figure
                  size="large"
                  title={t('identity.linkable_recall')}
                  metric="linkable_recall"
                  value={shareOf(data.recall_linkable)}
                />
                <Figure
                  size="large"
                  title={t('identity.recall')}
                  metric="recall"
                  value={shareOf(data.recall)}
                />
              </div>
              <p className="quiet num">{t('identity.judged', { count: data.identifiers })}</p>
            </>
          )}
        </Answer>
      )}
    </Panel>
  )
}
