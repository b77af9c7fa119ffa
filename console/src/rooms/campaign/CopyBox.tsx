import { Input } from 'antd'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'

/** A text whose placeholders are put in where one stands. */
export function CopyBox({ value, change }: { value: string; change: (next: string) => void }) {
  const { t } = useTranslation()
  const box = useRef<HTMLTextAreaElement | null>(null)
  const insert = (word: string) => {
    const at = box.current?.selectionStart ?? value.length
    change(value.slice(0, at) + word + value.slice(at))
  }
  return (
    <>
      <Input.TextArea
        rows={4}
        maxLength={400}
        showCount
        value={value}
        ref={(area) => {
          box.current = area?.resizableTextArea?.textArea ?? null
        }}
        onChange={(event) => change(event.target.value)}
      />
      <div className="row copy-chips">
        {['{name}', '{products}', '{store}', '{associate}'].map((word) => (
          <button type="button" key={word} className="chip" onClick={() => insert(word)}>
            {t(`campaign.insert_${word.slice(1, -1)}`)} <code>{word}</code>
          </button>
        ))}
      </div>
    </>
  )
}
