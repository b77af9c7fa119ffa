import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import { useMay } from '@/shell/session'
import type { Option } from '@/shell/filters'

/** The kinds of messages as the merchant calls them; none where the reader may not know. */
export function useCategories(): Option[] {
  const { i18n } = useTranslation()
  const may = useMay()
  const { data } = useRead('/v1/reach/categories', { enabled: may('campaign.read') })
  return (data ?? []).map((one) => ({
    value: one.code,
    label: i18n.language === 'en' ? one.en : one.zh,
  }))
}
