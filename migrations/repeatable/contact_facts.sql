create view contact_facts as
select f.*,
    case
        when not f.active then 'inactive'
        when not f.website_access then 'off'
        when f.email is null then 'missing-email'
        when f.username is null then 'missing-username'
        when f.bounced_at is not null then 'bounced'
        when f.password_set_at is not null then
            case
                when f.mail_state in ('waiting', 'put-off') then 'resetting'
                when f.temporary_until is not null then 'reset-sent'
                when f.has_password and f.password_brought_at is not null then 'brought-along'
                when f.has_password then 'active'
                else 'stopped'
            end
        when f.mail_state in ('waiting', 'put-off') then 'inviting'
        when f.temporary_until is not null then 'invited'
        when f.mail_state <> 'none' then 'invitation-expired'
        else 'not-invited'
    end as standing
from (
    select c.id as contact_id, c.retailer_id, r.territory_id, c.name_key, r.name_key as retailer_key,
        c.website_access, c.email, c.username, c.bounced_at, c.password_set_at, c.password_brought_at, c.merged_into_id,
        c.active and r.active as active,
        c.password_hash is not null and c.password_stopped_at is null as has_password,
        coalesce(c.last_sign_in_at, 0) as signed_in_at,
        coalesce((select m.state from mails m where m.contact_id = c.id and m.kind in ('reset', 'invitation')
            order by m.created_at desc, m.id desc limit 1), 'none') as mail_state,
        (select max(p.expires_at) from temporary_passwords p where p.contact_id = c.id
            and p.accepted_at is not null and p.voided_at is null and p.used_at is null) as temporary_until,
        '  ' || replace(c.name_key, ' ', '  ') || '  ' || coalesce(c.username_key, '') || '  ' || coalesce(c.email_key, '')
            || '  ' || replace(replace(replace(replace(replace(replace(replace(c.phone, ' ', ''), '-', ''), '(', ''), ')', ''), '/', ''), '.', ''), '+', '')
            || '  ' || r.account_number_key || '  ' || replace(r.name_key, ' ', '  ') as words
    from contacts c join retailers r on r.id = c.retailer_id
) f;
