import { CheckCircleFilled, CloseCircleFilled } from '@ant-design/icons'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { write } from '@/client/query'
import { CustomerFinder } from '@/shell/people'
import { useDebounced } from '@/ui/debounce'
import { Panel } from '@/ui/page'
import { useFound } from './found'
import { leavesOf, ruleOf, type Group } from './tree'
import type { Words } from './words'

/** Asked again when the rule changes: the verdict is always of the rule that stands there. */
function useVerdict(group: Group, customer: string | null, isComplete: boolean) {
  const still = useDebounced(group, 450)
  const rule = useMemo(() => ruleOf(still), [still])
  return useQuery({
    queryKey: ['/v1/segments/explain', rule, customer],
    queryFn: ({ signal }) =>
      write({ to: 'POST /v1/segments/explain', body: { rule, customer: customer ?? '' } }, signal),
    enabled: customer !== null && isComplete && still === group,
    placeholderData: keepPreviousData,
    retry: false,
  })
}

/** 这位客户会在里面吗？ A verdict for each condition. */
export function WouldMatch({
  group,
  isComplete,
  words,
}: {
  group: Group
  isComplete: boolean
  words: Words
}) {
  const { t } = useTranslation()
  const [customer, setCustomer] = useState<string | null>(null)
  const verdict = useVerdict(group, customer, isComplete)
  const said = useFound(words)
  const leaves = useMemo(() => new Map(leavesOf(group).map((one) => [one.path, one.leaf])), [group])
  return (
    <Panel title={t('segment.would_match')}>
      <CustomerFinder
        label={t('segment.would_match_hint')}
        isDisabled={!isComplete}
        change={setCustomer}
      />
      {verdict.data && isComplete && (
        <div className={`verdict ${verdict.isPlaceholderData ? 'stale' : ''}`}>
          <b className={verdict.data.holds ? 'down' : 'up'}>
            {verdict.data.holds ? <CheckCircleFilled /> : <CloseCircleFilled />}{' '}
            {t(verdict.data.holds ? 'segment.matches' : 'segment.matches_not')}
          </b>
          <ul>
            {verdict.data.leaves.map((leaf) => (
              <li key={leaf.path} className="row">
                {leaf.holds ? (
                  <CheckCircleFilled className="down" />
                ) : (
                  <CloseCircleFilled className="up" />
                )}
                <span className="verdict-words">{leaf.sentence}</span>
                <small className="quiet num">{said(leaves.get(leaf.path), leaf.found)}</small>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Panel>
  )
}
