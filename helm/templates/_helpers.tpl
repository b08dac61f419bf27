{{/* Names, labels, and what all containers have in common. */}}

{{- define "masking.name" -}}
{{- .Values.nameOverride | default .Chart.Name -}}
{{- end -}}

{{/* At most 39 characters: with `-trial-valkey` that is 52, and a label of a StatefulSet's pods has 11 more. */}}
{{- define "masking.fullname" -}}
{{- $name := include "masking.name" . -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- .Values.fullnameOverride | default $full | replace "." "-" | trunc 39 | trimAll "-" -}}
{{- end -}}

{{/* Called with (list $ COMPONENT): what a selector asks for. It never changes during an upgrade. */}}
{{- define "masking.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "masking.name" $root | quote }}
app.kubernetes.io/instance: {{ $root.Release.Name | quote }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "masking.labels" -}}
{{- $root := index . 0 -}}
{{ include "masking.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | replace "+" "_" | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" | trunc 63 | quote }}
{{- end -}}

{{- define "masking.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}{{ .repository }}@{{ .digest }}{{- else -}}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{- end -}}
{{- end -}}
{{- end -}}

{{/* fsGroup with a mode of 0440 lets this user alone read the keyset: docs/kubernetes.md. */}}
{{- define "masking.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "masking.containerSecurity" -}}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{/* Called with (list $ COMPONENT): the first fields of a pod. */}}
{{- define "masking.pod" -}}
{{- $root := index . 0 -}}
serviceAccountName: {{ include "masking.fullname" $root }}-{{ index . 1 }}
automountServiceAccountToken: false
enableServiceLinks: false # they would add variables
securityContext: {{- include "masking.podSecurity" $root | nindent 2 }}
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
{{- with $root.Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- end -}}

{{/* Called with (list $ COMPONENT): pods spread over hosts and zones where they can. */}}
{{- define "masking.spread" -}}
{{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
- topologyKey: {{ . }}
  maxSkew: 1
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels: {{- include "masking.selector" $ | nindent 6 }}
  matchLabelKeys: [pod-template-hash]
{{- end }}
{{- end -}}

{{/* The port of a pod at which clients call. */}}
{{- define "masking.port" -}}
{{- ternary 8000 8080 .Values.proxy.enabled -}}
{{- end -}}

{{/* The largest body, which the proxy bounds as the service does. */}}
{{- define "masking.bodyBytes" -}}
{{- get (.Values.settings | default dict) "MASKING_MAX_BODY_BYTES" | default 2097152 | int64 -}}
{{- end -}}

{{/* The Deployments of the service: one, or one for each tier of docs/tiers.md. `reads`: whether it reads what is stored. */}}
{{- define "masking.tiers" -}}
{{- $name := include "masking.fullname" . -}}
{{- $whole := dict "component" "service" "name" $name "reads" true "replicas" .Values.replicas "resources" .Values.resources -}}
{{- $whole = merge $whole (dict "keyset" .Values.keyset.existingSecret "redis" .Values.redis "tier" dict) -}}
{{- $tiers := list $whole -}}
{{- with .Values.intake -}}
{{- if .enabled -}}
{{- $_ := set $whole "tier" (dict "MASKING_TIER" "opening" "MASKING_FORWARD_BIND" "0.0.0.0:8443") -}}
{{- $intake := dict "component" "intake" "name" (printf "%s-intake" $name) "reads" false "replicas" .replicas "resources" .resources -}}
{{- $asks := dict "MASKING_TIER" "intake" "MASKING_OPENING_URL" (printf "https://%s-opening:8443" $name) -}}
{{- $tiers = append $tiers (merge $intake (dict "keyset" .keyset.existingSecret "redis" .redis "tier" $asks)) -}}
{{- end -}}
{{- end -}}
{{- toYaml $tiers -}}
{{- end -}}

{{/* Called with a quantity, a string or a number: its number, for comparisons. */}}
{{- define "masking.amount" -}}
{{- $unit := regexFind "[A-Za-z]*$" (toString .) -}}
{{- $units := dict "" 1 "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "mb" 1048576 "gb" 1073741824 -}}
{{- $units = merge $units (dict "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776) -}}
{{- mulf (toString . | trimSuffix $unit | float64) (get $units $unit) -}}
{{- end -}}

{{/* Checks of values against each other, which a schema cannot express. */}}
{{- define "masking.checks" -}}
{{- $name := include "masking.fullname" . -}}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $name) -}}
{{- fail (printf "%q cannot be the name of a Service, which begins with a letter: set fullnameOverride" $name) -}}
{{- end -}}
{{- $pods := dict "" .Values.resources "proxy." .Values.proxy.resources "witness." .Values.witness.resources "desk." .Values.desk.resources "intake." .Values.intake.resources "trialValkey." .Values.trialValkey.resources -}}
{{- range $pod, $resources := $pods -}}
{{- range $what, $most := $resources.limits -}}
{{- $least := get $resources.requests $what | default 0 -}}
{{- if gt (include "masking.amount" $least | float64) (include "masking.amount" $most | float64) -}}
{{- fail (printf "%sresources.requests.%s is greater than its limit" $pod $what) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with .Values.trialValkey -}}
{{- if gt (include "masking.amount" .maxMemory | float64) (include "masking.amount" .resources.limits.memory | float64) -}}
{{- fail "trialValkey.maxMemory is greater than its limit of memory" -}}
{{- end -}}
{{- if and .enabled (gt (int $.Values.redis.replicas) 0) -}}
{{- fail "trialValkey has no replica: redis.replicas has to be null or 0" -}}
{{- end -}}
{{- end -}}
{{- if eq (int .Values.service.port) 9080 -}}
{{- fail "service.port must not be 9080: the Service's port for monitoring is" -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas)) -}}
{{- fail "autoscaling.minReplicas is greater than autoscaling.maxReplicas" -}}
{{- end -}}
{{- if and .Values.witness.publicKey (eq .Values.witness.redis.existingSecret .Values.redis.existingSecret) -}}
{{- fail "witness.redis.existingSecret must not be the service's own: the witness has credentials of its own" -}}
{{- end -}}
{{- with .Values.intake -}}
{{- if .enabled -}}
{{- if eq .keyset.existingSecret $.Values.keyset.existingSecret -}}
{{- fail "intake.keyset.existingSecret must not be the service's own: `keys split` makes the keyset of an intake host" -}}
{{- end -}}
{{- if eq .redis.existingSecret $.Values.redis.existingSecret -}}
{{- fail "intake.redis.existingSecret must not be the service's own: intake hosts have credentials of their own" -}}
{{- end -}}
{{- if and .redis.tls.clientCertificate (eq .redis.tls.existingSecret $.Values.redis.tls.existingSecret) -}}
{{- fail "intake.redis.tls.existingSecret must not be the service's own: intake hosts have a certificate of their own" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with .Values.desk -}}
{{- if .enabled -}}
{{- range $value := list "url" "serviceUrl" "issuer" "clientId" -}}
{{- if not (get $.Values.desk $value) -}}
{{- fail (printf "desk.%s is missing: docs/kubernetes.md says what it holds" $value) -}}
{{- end -}}
{{- end -}}
{{- if eq .redis.existingSecret $.Values.redis.existingSecret -}}
{{- fail "desk.redis.existingSecret must not be the service's own: the desk has credentials of its own" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and .Values.archive.existingSecret (not (or .Values.archive.url .Values.witness.publicKey)) -}}
{{- fail "archive.existingSecret is for an archive: set archive.url, or witness.publicKey for a witness here" -}}
{{- end -}}
{{- if and .Values.archive.url (not .Values.archive.existingSecret) -}}
{{- fail "archive.url needs archive.existingSecret, with the key of that archive" -}}
{{- end -}}
{{- $certificate := and .Values.witness.publicKey .Values.witness.redis.tls.clientCertificate -}}
{{- if and $certificate (eq .Values.witness.redis.tls.existingSecret .Values.redis.tls.existingSecret) -}}
{{- fail "witness.redis.tls.existingSecret must not be the service's own: the witness has a certificate of its own" -}}
{{- end -}}
{{- end -}}

{{/* Not empty where the chart's own witness serves the archive. */}}
{{- define "masking.servesArchive" -}}
{{- if and .Values.archive.existingSecret .Values.witness.publicKey (not .Values.archive.url) }}yes{{ end -}}
{{- end -}}

{{/* Called with (list DNS-PEERS REDIS-PEERS REDIS-PORTS): the egress that every pod with a store needs. */}}
{{- define "masking.egress" -}}
- to: {{- toYaml (index . 0) | nindent 4 }}
  ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
- to: {{- toYaml (index . 1) | nindent 4 }}
  ports:
    {{- range index . 2 }}
    - {port: {{ . }}, protocol: TCP}
    {{- end }}
{{- end -}}

{{/* Called with a list of {to, ports}. */}}
{{- define "masking.egressTo" -}}
{{- range . }}
- to: {{- toYaml .to | nindent 4 }}
  ports:
    {{- range .ports }}
    - {port: {{ . }}, protocol: TCP}
    {{- end }}
{{- end }}
{{- end -}}

{{/* Called with a `storage` value. */}}
{{- define "masking.claim" -}}
accessModes: [ReadWriteOnce]
resources: {requests: {storage: {{ .size | quote }}}}
{{- if .storageClassName }}
storageClassName: {{ .storageClassName | quote }}
{{- end }}
{{- end -}}

{{/* Called with a `tls` value: the variables that name the files for TLS to Redis, for a pod that mounts them. */}}
{{- define "masking.redisTls" -}}
{{- if .existingSecret -}}
- {name: MASKING_REDIS_CA, value: /run/masking/redis-tls/ca.crt}
{{- if .clientCertificate }}
- {name: MASKING_REDIS_CERT, value: /run/masking/redis-tls/tls.crt}
- {name: MASKING_REDIS_KEY, value: /run/masking/redis-tls/tls.key}
{{- end }}
{{- end -}}
{{- end -}}
