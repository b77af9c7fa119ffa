import { DownloadOutlined, FilterOutlined } from '@ant-design/icons'
import { Button, Tag, Tooltip } from 'antd'
import { useTranslation } from 'react-i18next'
import { urlOf } from '@/client/http'
import { usePages } from '@/client/query'
import type { AuditLine } from '@/client/types'
import { Link, useFilters } from '@/shell/router'
import { useMay } from '@/shell/session'
import { Nothing, Panel } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Ago } from '@/ui/time'
import { Unfold } from '@/ui/unfold'
import { AuditFilters, FILTERS } from './AuditFilters'
import { placeOf } from './audit'
import './audit.css'

/** 审计日志: who did what to what; the filters are in the address, so a thing's page can lead to its lines. */
export function Audit() {
  const { t } = useTranslation()
  const may = useMay()
  const [get, set] = useFilters()
  const query = Object.fromEntries(FILTERS.map((name) => [name, get(name)]))
  const pages = usePages('/v1/audit', { query, keep: true })
  const isFiltered = FILTERS.some((name) => get(name) !== undefined)
  return (
    <div className="stack">
      <AuditFilters about={pages.items.find((line) => line.subject === get('subject'))} />
      <Panel
        title={t('merchant.audit')}
        extra={
          may('export.read') && (
            <Button
              size="small"
              icon={<DownloadOutlined />}
              href={urlOf('/v1/exports/audit', query)}
              download
              disabled={pages.items.length === 0}
              title={t('merchant.audit_export_hint')}
            >
              {t('ui.export_csv')}
            </Button>
          )
        }
      >
        <p className="quiet panel-hint">{t('merchant.audit_hint')}</p>
        <PagedTable<AuditLine>
          pages={pages}
          rowKey="id"
          size="small"
          className="audit"
          empty={
            isFiltered ? (
              <Nothing
                title={t('merchant.no_audit_found')}
                hint={t('merchant.no_audit_found_hint')}
              />
            ) : (
              <Nothing title={t('merchant.no_audit')} />
            )
          }
          columns={[
            { title: t('merchant.did'), render: (_, line) => <b>{line.did}</b> },
            {
              title: t('merchant.subject'),
              render: (_, line) => (
                <Subject line={line} only={() => set({ subject: line.subject })} />
              ),
            },
            { title: t('merchant.who'), render: (_, line) => line.who },
            {
              title: t('merchant.at'),
              className: 'nowrap',
              render: (_, line) => <Ago at={line.at} />,
            },
            {
              title: t('merchant.detail'),
              render: (_, line) =>
                Object.keys(line.detail).length > 0 && <Detail key={line.id} line={line} />,
            },
          ]}
        />
      </Panel>
    </div>
  )
}

/** What it was done to, leading there, and a way to see only that. */
function Subject({ line, only }: { line: AuditLine; only: () => void }) {
  const { t } = useTranslation()
  const place = placeOf(line.kind, line.about)
  const name = line.name ?? (line.about ? shortened(line.about) : line.thing)
  return (
    <span className="audit-subject">
      {name !== line.thing && <Tag>{line.thing}</Tag>}
      {place ? <Link to={place}>{name}</Link> : name}
      <Tooltip title={t('merchant.only_this')}>
        <Button
          type="text"
          size="small"
          icon={<FilterOutlined />}
          aria-label={t('merchant.only_this')}
          onClick={only}
        />
      </Tooltip>
    </span>
  )
}

/** The end of an id tells it apart; its beginning is the moment it was made. */
function shortened(id: string): string {
  return id.length > 20 ? `…${id.slice(-8)}` : id
}

function Detail({ line }: { line: AuditLine }) {
  const { t } = useTranslation()
  return (
    <div className="audit-detail">
      {line.facts.length > 0 && (
        <dl className="audit-facts">
          {line.facts.map((fact) => (
            <div key={fact.name}>
              <dt>{fact.name}</dt>
              <dd>
                {fact.before !== null && <del>{fact.before}</del>}
                {fact.before !== null && ' → '}
                {fact.value}
              </dd>
            </div>
          ))}
        </dl>
      )}
      <Unfold
        name={t('merchant.raw')}
        inside={() => (
          <pre className="audit-raw">
            {JSON.stringify(
              {
                verb: line.verb,
                subject: line.subject,
                principal: line.principal,
                detail: line.detail,
              },
              null,
              2,
            )}
          </pre>
        )}
      />
    </div>
  )
}
