-- The tables as events. Days become instants: a campaign begins at eight in the shops' morning, the
-- coupons of a day are redeemed from noon on, a second apart. Baskets have their instant, without a
-- zone: it is UTC.
SET file_search_path = 'examples/11-completejourney/data';

SELECT
  'mailing' AS type,
  household_id AS customer,
  (start_date + INTERVAL 8 HOUR) AT TIME ZONE 'America/New_York' AS at,
  campaign_id AS campaign,
  lower(right(campaign_type, 1)) AS kind,
  (end_date + INTERVAL 1 DAY) AT TIME ZONE 'America/New_York' AS ends,
  NULL AS id
FROM 'campaigns.parquet' JOIN 'campaign_descriptions.parquet' USING (campaign_id)

UNION ALL BY NAME SELECT
  'redemption' AS type,
  household_id AS customer,
  (redemption_date + INTERVAL 12 HOUR) AT TIME ZONE 'America/New_York'
    + INTERVAL 1 SECOND * row_number() OVER (
      PARTITION BY household_id, redemption_date ORDER BY campaign_id, coupon_upc
    ) AS at,
  campaign_id AS campaign,
  coupon_upc AS coupon,
  NULL AS id
FROM 'coupon_redemptions.parquet'

UNION ALL BY NAME SELECT
  'basket' AS type,
  household_id AS customer,
  transaction_timestamp AS at,
  basket_id AS id,
  sum(sales_value)::DECIMAL(9, 2) AS amount
FROM 'transactions.parquet'
GROUP BY household_id, transaction_timestamp, basket_id

-- What happens to a household at one instant comes in the same order in every run.
ORDER BY customer, id NULLS FIRST, type, campaign, coupon;
