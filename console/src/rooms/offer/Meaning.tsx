import { Skeleton } from 'antd'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { write } from '@/client/query'
import { useDebounced } from '@/ui/debounce'
import { Fault } from '@/ui/page'
import { Reading } from '@/ui/reading'
import { lackOf, type Draft } from './document'

/** The sentence of a draft that stopped changing, and what is probably not meant. */
export function usePreview(draft: Draft, unnamed: string, mayAsk: boolean) {
  const still = useDebounced(draft, 350)
  return useQuery({
    queryKey: ['/v1/offers/preview', still],
    queryFn: ({ signal }) =>
      write({ to: 'POST /v1/offers/preview', body: named(still, unnamed) }, signal),
    enabled: mayAsk && lackOf(still.terms) === null,
    placeholderData: (before) => before,
    staleTime: 30_000,
    retry: false,
  })
}

/** With a name to stand for the one that is not given yet. */
export function named(draft: Draft, unnamed: string): Draft {
  return draft.name.trim() ? { ...draft, name: draft.name.trim() } : { ...draft, name: unnamed }
}

export function Meaning({
  preview,
  draft,
}: {
  preview: ReturnType<typeof usePreview>
  draft: Draft
}) {
  const { t } = useTranslation()
  const { error, data } = preview
  const lack = lackOf(draft.terms)
  if (lack) return <p className="quiet">{t(`offer.lacks_${lack}`)}</p>
  if (error && 'code' in error && error.code === 'offer.bad_document')
    return <p className="field-fault">{error.message}</p>
  if (error) return <Fault error={error} again={() => void preview.refetch()} />
  if (!data) return <Skeleton active title={false} paragraph={{ rows: 2 }} />
  return (
    <div aria-live="polite" className={preview.isPlaceholderData ? 'stale-view' : ''}>
      <Reading {...data} />
    </div>
  )
}
