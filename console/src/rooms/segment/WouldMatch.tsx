import { CheckCircleFilled, CloseCircleFilled } from '@ant-design/icons'
import { Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { Rule } from '@/client/types'
import { useDebounced } from '@/ui/debounce'
import { Panel } from '@/ui/page'

/** 这位客户会在里面吗？ A verdict for each condition. */
export function WouldMatch({ rule, isComplete }: { rule: Rule; isComplete: boolean }) {
  const { t } = useTranslation()
  const [words, setWords] = useState('')
  const q = useDebounced(words.trim(), 300)
  const found = useRead('/v1/customers', {
    query: { q, limit: 10 },
    enabled: q.length >= 2,
    keep: true,
  })
  const explain = useWrite<'POST /v1/segments/explain'>()
  return (
    <Panel title={t('segment.would_match')}>
      <Select
        showSearch={{ filterOption: false, onSearch: setWords }}
        className="wide own-undo"
        disabled={!isComplete}
        placeholder={t('segment.would_match_hint')}
        notFoundContent={q.length < 2 ? t('shell.search_hint') : undefined}
        options={found.data?.items.map((row) => ({
          value: row.id,
          label: `${row.name ?? `#${row.ordinal}`} · ${row.phone ?? ''}`,
        }))}
        onChange={(customer: string) =>
          explain.mutate({ to: 'POST /v1/segments/explain', body: { rule, customer } })
        }
      />
      {explain.data && (
        <div className="verdict">
          <b className={explain.data.holds ? 'down' : 'up'}>
            {explain.data.holds ? <CheckCircleFilled /> : <CloseCircleFilled />}{' '}
            {t(explain.data.holds ? 'segment.matches' : 'segment.matches_not')}
          </b>
          <ul>
            {explain.data.leaves.map((leaf) => (
              <li key={leaf.path} className="row">
                {leaf.holds ? (
                  <CheckCircleFilled className="down" />
                ) : (
                  <CloseCircleFilled className="up" />
                )}
                <span className="verdict-words">{leaf.sentence}</span>
                <small className="quiet num">
                  {t('segment.found')} {leaf.found === null ? '–' : String(leaf.found)}
                </small>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Panel>
  )
}
