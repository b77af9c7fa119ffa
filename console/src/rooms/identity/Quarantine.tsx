import { Button, Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import { usePages, useWrite } from '@/client/query'
import type { ItemOf } from '@/client/reads'
import { showDone } from '@/shell/notify'
import { Fault, Nothing, Panel } from '@/ui/page'
import { Rows } from '@/ui/rows'
import { Ago } from '@/ui/time'

type Held = ItemOf<'/v1/identity/quarantine'>

/** Identifiers that speak for nobody, with the reason; a person lifts or confirms. */
export function Quarantine() {
  const { t, i18n } = useTranslation()
  const pages = usePages('/v1/identity/quarantine', { query: { limit: 50 } })
  const judge = useWrite(['/v1/identity/quarantine', '/v1/customers/{customer_id}'])
  const say = (verb: 'lift' | 'confirm', one: Held) =>
    void judge
      .mutateAsync({
        to: `POST /v1/identity/quarantine/{identifier_id}/${verb}`,
        id: String(one.identifier_id),
      })
      .then(() => showDone(t(verb === 'lift' ? 'identity.was_lifted' : 'identity.was_confirmed')))
      .catch(() => undefined)
  if (pages.error) return <Fault error={pages.error} again={() => void pages.refetch()} />
  return (
    <Panel title={t('identity.quarantine')}>
      <p className="quiet">{t('identity.quarantine_hint')}</p>
      <Rows<Held>
        size="small"
        rowKey="identifier_id"
        loading={pages.isLoading}
        pagination={false}
        dataSource={pages.items}
        locale={{ emptyText: <Nothing title={t('identity.no_quarantine')} /> }}
        columns={[
          {
            title: t('identity.identifier'),
            render: (_, one) => (
              <>
                <b>{t(`identity.kind_${one.kind}`, { defaultValue: one.kind })}</b>{' '}
                <span className="num">{one.value}</span>
              </>
            ),
          },
          {
            title: t('identity.reason'),
            render: (_, one) => (i18n.language === 'en' ? one.reason_en : one.reason_zh),
          },
          {
            title: t('identity.used_with'),
            align: 'right',
            render: (_, one) => <span className="num">{one.used_with}</span>,
          },
          { title: t('identity.since'), render: (_, one) => <Ago at={one.since} /> },
          {
            render: (_, one) => (
              <div className="row">
                {one.customer_id && (
                  <a href={`#/customers/${one.customer_id}`}>{t('identity.last_holder')}</a>
                )}
                {one.verdict ? (
                  <Tag>{t('identity.confirmed')}</Tag>
                ) : (
                  <Button size="small" onClick={() => say('confirm', one)}>
                    {t('identity.confirm')}
                  </Button>
                )}
                <Button size="small" onClick={() => say('lift', one)}>
                  {t('identity.lift')}
                </Button>
              </div>
            ),
          },
        ]}
      />
      {pages.hasNextPage && (
        <Button loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {t('ui.more')}
        </Button>
      )}
    </Panel>
  )
}
