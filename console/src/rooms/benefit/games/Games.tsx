import { Button, Dropdown, Tag } from 'antd'
import { PlusOutlined } from '@ant-design/icons'
import { useTranslation } from 'react-i18next'
import { usePages } from '@/client/query'
import type { Game } from '@/client/types'
import { go } from '@/shell/router'
import { useMay } from '@/shell/session'
import { Nothing, Panel } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Span } from '@/ui/time'

export const colours = { draft: 'default', published: 'green', stopped: 'red' }

/** All games: what is announced of each, and when it runs. */
export function Games() {
  const { t, i18n } = useTranslation()
  const mayEdit = useMay()('benefit.edit')
  const pages = usePages('/v1/games')
  const open = (id: string) => go(`/games/${id}`)
  const add = mayEdit && (
    <Dropdown
      trigger={['click']}
      menu={{
        items: (['wheel', 'check_in'] as const).map((key) => ({
          key,
          label: t(`game.kind_${key}`),
        })),
        onClick: ({ key }) => go(`/games/new?kind=${key}`),
      }}
    >
      <Button size="small" type="primary" icon={<PlusOutlined />}>
        {t('game.new')}
      </Button>
    </Dropdown>
  )
  return (
    <Panel title={t('game.games')} extra={add}>
      <PagedTable<Game>
        pages={pages}
        rowKey="id"
        empty={<Nothing title={t('game.none')} hint={t('game.none_hint')} />}
        open={(one) => () => open(one.id)}
        columns={[
          {
            title: t('game.name'),
            render: (_, one) => (
              <>
                <b className="name">{one.rules.name}</b>
                <br />
                <Tag>{t(`game.kind_${one.kind}`)}</Tag>
                <Tag color={colours[one.state]}>{t(`game.state_${one.state}`)}</Tag>
              </>
            ),
          },
          {
            title: t('game.announced'),
            render: (_, one) => (
              <span className="quiet sentence">
                {i18n.language === 'en' ? one.sentence_en : one.sentence_zh}
              </span>
            ),
          },
          {
            title: t('game.runs'),
            render: (_, one) => <Span from={one.starts_at} to={one.ends_at} />,
          },
        ]}
      />
    </Panel>
  )
}
