import { PlusOutlined } from '@ant-design/icons'
import { Button, Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { Conflicts } from '@/rooms/benefit/coupons/Conflicts'
import { TemplateList } from '@/rooms/benefit/coupons/List'
import { go, useFilters } from '@/shell/router'
import { useMay } from '@/shell/session'
import { PageHead } from '@/ui/page'

/** 优惠券: templates, and uses that could not be booked. */
export default function CouponsPage() {
  const { t } = useTranslation()
  const [get, set] = useFilters()
  const create = useMay()('benefit.edit') && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => go('/coupons/new')}>
      {t('coupon.new')}
    </Button>
  )
  return (
    <>
      <PageHead title={t('shell.nav_coupons')} hint={t('coupon.list_hint')} actions={create} />
      <Tabs
        activeKey={get('tab') ?? 'templates'}
        onChange={(tab) => set({ tab: tab === 'templates' ? undefined : tab })}
        items={[
          {
            key: 'templates',
            label: t('coupon.templates'),
            children: <TemplateList create={create} />,
          },
          { key: 'conflicts', label: t('coupon.conflicts'), children: <Conflicts /> },
        ]}
      />
    </>
  )
}
