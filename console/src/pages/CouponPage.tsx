import { useState } from 'react'
import { useRead } from '@/client/query'
import { TemplateEditor } from '@/rooms/benefit/coupons/Editor'
import { blankPromise } from '@/rooms/benefit/coupons/promise'
import { Answer } from '@/ui/page'

export default function CouponPage({ id }: { id: string }) {
  return id === 'new' ? <NewTemplate /> : <SavedTemplate id={id} />
}

function SavedTemplate({ id }: { id: string }) {
  const template = useRead('/v1/coupon-templates/{template_id}', { id })
  return (
    <Answer of={template} rows={10}>
      {(data) => <TemplateEditor key={data.version} template={data} start={data.promise} />}
    </Answer>
  )
}

function NewTemplate() {
  const [start] = useState(blankPromise)
  return <TemplateEditor template={null} start={start} />
}
