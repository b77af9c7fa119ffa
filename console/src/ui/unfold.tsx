import { DownOutlined, RightOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

/** What is shown on demand, under the button that shows it; drawn only then. */
export function Unfold({
  name,
  isOpen: isOpenAtFirst = false,
  inside,
}: {
  name?: ReactNode
  isOpen?: boolean
  inside: () => ReactNode
}) {
  const { t } = useTranslation()
  const [isOpen, setOpen] = useState(isOpenAtFirst)
  return (
    <div className="unfold">
      <Button
        type="link"
        size="small"
        icon={isOpen ? <DownOutlined /> : <RightOutlined />}
        aria-expanded={isOpen}
        onClick={(event) => {
          event.stopPropagation()
          setOpen(!isOpen)
        }}
      >
        {name ?? t(isOpen ? 'ui.fold' : 'ui.unfold')}
      </Button>
      {isOpen && <div className="unfolded">{inside()}</div>}
    </div>
  )
}
