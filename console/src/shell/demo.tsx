import { PauseCircleOutlined, PlayCircleOutlined } from '@ant-design/icons'
import { Button, Popover, Segmented, Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'

/** The demo's mark in the header; behind it the speed at which history is played. */
export function DemoTag() {
  const { t } = useTranslation()
  const demo = useRead('/v1/demo')
  const write = useWrite(['/v1/demo'])
  const isPaused = demo.data?.is_paused ?? false
  return (
    <Popover
      trigger="click"
      title={t('shell.demo_title')}
      content={
        <div className="demo-control">
          <p className="quiet">{t('shell.demo_hint')}</p>
          <div className="row">
            <Button
              size="small"
              icon={isPaused ? <PlayCircleOutlined /> : <PauseCircleOutlined />}
              loading={write.isPending}
              onClick={() => write.mutate({ to: `POST /v1/demo/${isPaused ? 'resume' : 'pause'}` })}
            >
              {t(isPaused ? 'shell.demo_resume' : 'shell.demo_pause')}
            </Button>
            <Segmented
              size="small"
              value={demo.data?.speed ?? 1}
              onChange={(speed) => write.mutate({ to: 'POST /v1/demo/speed', body: { speed } })}
              options={[1, 2, 5, 20].map((speed) => ({ value: speed, label: `${speed}×` }))}
            />
          </div>
        </div>
      }
    >
      <Tag color="orange" className="demo-tag">
        {t(isPaused ? 'shell.demo_paused' : 'shell.demo')}
      </Tag>
    </Popover>
  )
}
