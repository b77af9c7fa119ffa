import { useTranslation } from 'react-i18next'
import { usePages, useRead } from '@/client/query'
import type { AuditLine } from '@/client/types'
import { Link } from '@/shell/router'
import { Nothing, Panel } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Ago } from '@/ui/time'

const opened: Record<string, string> = {
  customer: 'customers',
  campaign: 'campaigns',
  segment: 'segments',
}

function inShort(detail: Record<string, unknown>): string {
  return Object.entries(detail)
    .map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(' · ')
}

export function Audit() {
  const { t } = useTranslation()
  const pages = usePages('/v1/audit')
  const staff = useRead('/v1/staff')
  const names = new Map(staff.data?.items.map((one) => [`staff:${one.id}`, one.name]))
  const who = (name: string) => {
    if (name.startsWith('job:')) return t('merchant.by_job')
    if (name.startsWith('key:')) return t('merchant.by_key')
    if (name === 'setup') return t('merchant.by_setup')
    if (name === 'customer') return t('merchant.by_customer')
    return names.get(name) ?? name
  }
  return (
    <Panel title={t('merchant.audit')}>
      <PagedTable<AuditLine>
        pages={pages}
        rowKey="id"
        size="small"
        empty={<Nothing title={t('merchant.no_audit')} />}
        columns={[
          { title: t('merchant.at'), render: (_, line) => <Ago at={line.at} /> },
          { title: t('merchant.who'), render: (_, line) => who(line.principal) },
          {
            title: t('merchant.did'),
            render: (_, line) =>
              t(`merchant.verb_${line.verb.replaceAll('.', '_')}`, { defaultValue: line.verb }),
          },
          {
            title: t('merchant.subject'),
            render: (_, line) => {
              const [kind = '', id = ''] = line.subject.split(':')
              return kind in opened && id ? (
                <Link to={`/${opened[kind]}/${id}`}>{t(`merchant.the_${kind}`)}</Link>
              ) : (
                who(line.subject)
              )
            },
          },
          {
            title: t('merchant.detail'),
            render: (_, line) =>
              line.detail && Object.keys(line.detail).length > 0 ? (
                <code className="quiet">{inShort(line.detail)}</code>
              ) : (
                ''
              ),
          },
        ]}
      />
    </Panel>
  )
}
