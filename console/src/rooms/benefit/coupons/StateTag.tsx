import { Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import type { CouponState } from '@/client/types'

const colours: Record<CouponState, string> = {
  draft: 'default',
  published: 'green',
  paused: 'orange',
  ended: 'default',
}

export function StateTag({ state }: { state: CouponState }) {
  const { t } = useTranslation()
  return <Tag color={colours[state]}>{t(`coupon.state_${state}`)}</Tag>
}
