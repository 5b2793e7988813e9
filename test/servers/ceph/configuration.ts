/** Of the key management that is built in for tests. */
export const kmsKey = 'muster-key';

/** What a cluster of one machine needs to start within two seconds, on 127.0.0.1 alone and without passwords. */
export function configuration(options: {
  readonly folder: string;
  readonly fsid: string;
  readonly port: number;
  readonly store: string;
}): string {
  const { folder, fsid, port, store } = options;
  return `
[global]
fsid = ${fsid}
mon_host = [v2:127.0.0.1:${port}/0]
ms_bind_msgr1 = false
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_mon_client_mode = crc
ms_mon_cluster_mode = crc
ms_mon_service_mode = crc
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
run_dir = ${folder}/run
admin_socket = ${folder}/run/$name.asok
log_file = ${folder}/log/$name.log
crash_dir = ${folder}/run
log_to_stderr = false
debug_ms = 0
ms_async_op_threads = 2
osd_crush_chooseleaf_type = 0
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pgp_num = 4
osd_pool_default_pg_autoscale_mode = off
mon_allow_pool_size_one = true
mon_warn_on_pool_no_redundancy = false
mon_max_pg_per_osd = 5000
osd_max_pg_per_osd_hard_ratio = 30
# A second of waiting before each new map would be most of the time that a new cluster takes.
paxos_propose_interval = 0.02
paxos_min_wait = 0.01
mon_osd_full_ratio = 0.97
mon_osd_backfillfull_ratio = 0.96
mon_osd_nearfull_ratio = 0.95
mon_data_avail_crit = 1
mon_data_avail_warn = 2
[mon.a]
mon_data = ${folder}/mon
mon_cluster_log_file = ${folder}/log/cluster.log
[osd]
osd_data = ${folder}/osd
osd_objectstore = ${store}
memstore_device_bytes = ${8 * 2 ** 30}
bluestore_block_size = ${8 * 2 ** 30}
bluestore_block_db_create = false
bluestore_block_wal_create = false
bluestore_fsck_on_mount = false
osd_memory_target = 1073741824
osd_class_load_list = *
osd_class_default_list = *
osd_op_num_shards = 2
[client]
rgw_dns_name = s3.localhost
rgw_enable_usage_log = false
rgw_crypt_require_ssl = false
rgw_crypt_s3_kms_backend = testing
rgw_crypt_s3_kms_encryption_keys = ${kmsKey}=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=
rgw_thread_pool_size = 64
rgw_run_sync_thread = false
rgw_dynamic_resharding = false
# A quota counts at once, not after minutes.
rgw_bucket_quota_ttl = 0
`;
}
