{{/* Names, labels and what every container has in common. */}}

{{- define "masking.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 45 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 45 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Called with (list $ COMPONENT): what a selector asks for. It never changes during an upgrade. */}}
{{- define "masking.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ $root.Chart.Name }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "masking.labels" -}}
{{- $root := index . 0 -}}
{{ include "masking.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version }}
{{- end -}}

{{- define "masking.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}{{ .repository }}@{{ .digest }}{{- else -}}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{- end -}}
{{- end -}}
{{- end -}}

{{/* fsGroup with a mode of 0440 is what lets this user, and nobody else, read the keyset: docs/kubernetes.md. */}}
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

{{/* Called with (list $ COMPONENT): how every pod begins. */}}
{{- define "masking.pod" -}}
{{- $root := index . 0 -}}
serviceAccountName: {{ include "masking.fullname" $root }}-{{ index . 1 }}
automountServiceAccountToken: false
enableServiceLinks: false # they would add variables that nobody set
securityContext: {{- include "masking.podSecurity" $root | nindent 2 }}
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with $root.Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}

{{/* What the schema cannot say, because it is about two values at once. */}}
{{- define "masking.checks" -}}
{{- if and .Values.autoscaling.enabled (gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas)) -}}
{{- fail "autoscaling.minReplicas is greater than autoscaling.maxReplicas" -}}
{{- end -}}
{{- if and .Values.witness.publicKey (eq .Values.witness.redis.existingSecret .Values.redis.existingSecret) -}}
{{- fail "witness.redis.existingSecret must not be the service's own: the witness has credentials of its own" -}}
{{- end -}}
{{- end -}}

{{/* Called with (list DNS-PEERS REDIS-PEERS REDIS-PORTS): the ways out that everything with a store needs. */}}
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

{{/* Called with a `storage` value. */}}
{{- define "masking.claim" -}}
accessModes: [ReadWriteOnce]
resources: {requests: {storage: {{ .size }}}}
{{- if .storageClassName }}
storageClassName: {{ .storageClassName }}
{{- end }}
{{- end -}}

{{/* Where the files for an encrypted way to Redis are, for whoever mounts them. */}}
{{- define "masking.redisTls" -}}
{{- if .Values.redis.tls.existingSecret -}}
- {name: MASKING_REDIS_CA, value: /run/masking/redis-tls/ca.crt}
{{- if .Values.redis.tls.clientCertificate }}
- {name: MASKING_REDIS_CERT, value: /run/masking/redis-tls/tls.crt}
- {name: MASKING_REDIS_KEY, value: /run/masking/redis-tls/tls.key}
{{- end }}
{{- end -}}
{{- end -}}
