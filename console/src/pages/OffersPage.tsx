import { PlusOutlined } from '@ant-design/icons'
import { Button, Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { Calendar } from '@/rooms/offer/Calendar'
import { OfferList } from '@/rooms/offer/List'
import { Sandbox } from '@/rooms/offer/Sandbox'
import { go } from '@/shell/router'
import { useMay } from '@/shell/session'
import { PageHead } from '@/ui/page'

/** 优惠活动: all of them, when they hold, and what a cart costs under them. */
export default function OffersPage({ tab = 'all' }: { tab?: string }) {
  const { t } = useTranslation()
  const create = useMay()('offer.edit') && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => go('/offers/new')}>
      {t('offer.new')}
    </Button>
  )
  return (
    <>
      <PageHead title={t('shell.nav_offers')} hint={t('offer.hint')} actions={create} />
      <Tabs
        activeKey={tab}
        destroyOnHidden
        onChange={(next) => go(next === 'all' ? '/offers' : `/offers/${next}`)}
        items={[
          { key: 'all', label: t('offer.all'), children: <OfferList create={create} /> },
          { key: 'calendar', label: t('offer.calendar'), children: <Calendar /> },
          { key: 'sandbox', label: t('offer.sandbox'), children: <Sandbox /> },
        ]}
      />
    </>
  )
}
