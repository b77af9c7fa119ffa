import { CampaignList } from '@/rooms/campaign/List'

export default function CampaignsPage() {
  return <CampaignList />
}
