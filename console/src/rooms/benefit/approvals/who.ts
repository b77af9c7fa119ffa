import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'

/** Who did something, by name: `staff:<id>`, a key, or the product itself. */
export function useWho(): (principal: string) => string {
  const { t } = useTranslation()
  const staff = useRead('/v1/staff')
  const named = new Map(staff.data?.items.map((one) => [one.id, one.name]))
  return (principal) => {
    const [kind = '', id = ''] = principal.split(':')
    if (kind === 'key') return t('approval.by_key')
    return named.get(id) ?? named.get(principal) ?? t('approval.by_product')
  }
}
