import { Select } from 'antd'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useRead, write } from '@/client/query'
import type { Overlap } from '@/client/types'
import { useDrill } from '@/shell/drill'
import { useFilters } from '@/shell/router'
import { Count } from '@/ui/figure'
import { percent } from '@/ui/format'
import { Answer, Nothing, Panel } from '@/ui/page'

const least = 2
const most = 6

/** What 2 to 6 segments have in common; which ones stands in the address. */
export function OverlapView() {
  const { t } = useTranslation()
  const [get, set] = useFilters()
  const segments = useRead('/v1/segments', { query: { limit: 200 } })
  const ids = (get('ids') ?? '').split(',').filter(Boolean).slice(0, most)
  const overlap = useQuery({
    queryKey: ['/v1/segments/overlap', ids],
    queryFn: ({ signal }) =>
      write({ to: 'POST /v1/segments/overlap', body: { segments: ids } }, signal),
    enabled: ids.length >= least,
    placeholderData: keepPreviousData,
  })
  return (
    <div className="stack">
      <Panel title={t('segment.overlap_choose')}>
        <Select
          mode="multiple"
          className="wide"
          maxCount={most}
          showSearch={{ optionFilterProp: 'label' }}
          aria-label={t('segment.overlap_choose')}
          placeholder={t('segment.overlap_hint')}
          value={ids}
          options={segments.data?.items.map((one) => ({ value: one.id, label: one.name }))}
          onChange={(chosen: string[]) => set({ ids: chosen.join(',') || undefined })}
        />
      </Panel>
      {ids.length < least ? (
        <Panel>
          <Nothing title={t('segment.overlap_hint')} />
        </Panel>
      ) : (
        <Answer of={overlap} rows={6}>
          {(data) => (
            <div className={overlap.isPlaceholderData ? 'stack stale-view' : 'stack'}>
              <Regions overlap={data} />
              <Pairs overlap={data} />
            </div>
          )}
        </Answer>
      )}
    </div>
  )
}

/** Opens the customers in all of `inside` and in none of `outside`. */
function useOpen(overlap: Overlap) {
  const { t } = useTranslation()
  const drill = useDrill()
  const names = new Map(overlap.sets.map((one) => [one.segment_id, one.name]))
  return (inside: string[], outside: string[] = []) =>
    drill({
      title: inside.map((id) => names.get(id)).join(` ${t('segment.and')} `),
      path: '/v1/segments/overlap/customers',
      query: { inside, outside },
    })
}

/** One line for each combination: dots for who is in, a bar and a number for how many. */
function Regions({ overlap }: { overlap: Overlap }) {
  const { t } = useTranslation()
  const open = useOpen(overlap)
  const ids = overlap.sets.map((one) => one.segment_id)
  const largest = Math.max(1, ...overlap.regions.map((one) => one.count))
  return (
    <Panel
      title={t('segment.regions')}
      extra={
        <small className="quiet">
          {t('segment.union')} <Count of={overlap.union} /> · {t('segment.common')}{' '}
          <Count of={overlap.common} />
        </small>
      }
    >
      <p className="quiet">{t('segment.regions_hint')}</p>
      <ol className="legend">
        {overlap.sets.map((one, index) => (
          <li key={one.segment_id}>
            <b className="dot-name num">{index + 1}</b> {one.name}
          </li>
        ))}
      </ol>
      <div className="regions">
        <div className="region region-head quiet num" aria-hidden="true">
          <span className="dots">
            {ids.map((id, index) => (
              <small key={id}>{index + 1}</small>
            ))}
          </span>
        </div>
        {overlap.regions.map((region) => (
          <button
            key={region.segments.join()}
            type="button"
            className="region"
            title={t('segment.just_in')}
            onClick={() =>
              open(
                region.segments,
                ids.filter((id) => !region.segments.includes(id)),
              )
            }
          >
            <span className="dots">
              {ids.map((id) => (
                <i key={id} className={region.segments.includes(id) ? 'dot in' : 'dot'} />
              ))}
            </span>
            <span className="bar-track">
              <span
                className="bar-fill"
                style={{ width: `${Math.max(1, (region.count / largest) * 100)}%` }}
              />
            </span>
            <span className="num region-count">
              <Count of={region.count} />{' '}
              <small className="quiet">{percent(region.count / overlap.union)}</small>
            </span>
          </button>
        ))}
      </div>
    </Panel>
  )
}

/** Of those in the segment of the line, how many are also in that of the column. */
function Pairs({ overlap }: { overlap: Overlap }) {
  const { t } = useTranslation()
  const open = useOpen(overlap)
  const both = new Map(
    overlap.pairs.flatMap((pair) => [
      [`${pair.one} ${pair.other}`, pair.count],
      [`${pair.other} ${pair.one}`, pair.count],
    ]),
  )
  return (
    <Panel title={t('segment.pairs')}>
      <p className="quiet">{t('segment.pairs_hint')}</p>
      <div className="matrix-scroll">
        <table className="matrix">
          <thead>
            <tr>
              <td />
              {overlap.sets.map((one) => (
                <th key={one.segment_id} scope="col">
                  {one.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {overlap.sets.map((row) => (
              <tr key={row.segment_id}>
                <th scope="row">{row.name}</th>
                {overlap.sets.map((column) => {
                  const isSelf = row === column
                  const found = isSelf
                    ? row.count
                    : (both.get(`${row.segment_id} ${column.segment_id}`) ?? 0)
                  const share = row.count ? found / row.count : 0
                  return (
                    <td
                      key={column.segment_id}
                      className={isSelf ? 'self' : ''}
                      style={isSelf ? undefined : { background: shade(share) }}
                    >
                      <button
                        type="button"
                        className="opens num"
                        onClick={() =>
                          open(isSelf ? [row.segment_id] : [row.segment_id, column.segment_id])
                        }
                      >
                        <Count of={found} />
                      </button>
                      {!isSelf && <small className="quiet num">{percent(share, 0)}</small>}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  )
}

function shade(share: number): string {
  return `rgba(18, 112, 106, ${(share * 0.35).toFixed(3)})`
}
