#!/bin/sh
# A CNI plugin that records each call in a line (verb, container, namespace, configuration, separated by tabs) and has cni-kindnet
# answer it.
configuration=$(tr -d '\n')
printf '%s\t%s\t%s\t%s\n' "$CNI_COMMAND" "$CNI_CONTAINERID" "$CNI_NETNS" "$configuration" >>/var/log/cni-recorder
printf '%s' "$configuration" | sed 's/"e2e-recorder"/"cni-kindnet"/' | /opt/cni/bin/cni-kindnet
