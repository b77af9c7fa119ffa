import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { write } from '@/client/query'
import type { NewCampaign } from '@/client/types'
import { useDebounced } from '@/ui/debounce'
import { bodyOf, hasSource } from './chain'
import { SAMPLE, wholeOf } from './whole'

/** What publishing would do, of a draft that stopped changing; behind while it is not yet of this one. */
export function usePreview(draft: NewCampaign) {
  const { t } = useTranslation()
  const asked = useDebounced(draft, 500)
  const unnamed = t('campaign.unnamed')
  const isAskable = hasSource(asked.source) && asked.steps.every((step) => step.text.trim() !== '')
  const preview = useQuery({
    queryKey: ['/v1/campaigns/preview', asked],
    queryFn: ({ signal }) =>
      write(
        {
          to: 'POST /v1/campaigns/preview',
          body: {
            ...bodyOf(asked),
            name: asked.name.trim() || unnamed,
            goal: asked.goal.trim() || unnamed,
            at_most: SAMPLE,
          },
        },
        signal,
      ),
    select: wholeOf,
    enabled: isAskable,
    placeholderData: (before) => before,
    retry: false,
  })
  return { preview, isBehind: preview.isFetching || asked !== draft }
}
