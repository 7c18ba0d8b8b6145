#!/bin/sh
# A list of links of one kind (RTM_GETLINK with IFLA_INFO_KIND, as `ip link show type vrf` asks for it) is one of all links where the kernel
# has no such kind, because its module is not loaded or the name is wrong: no error, also with NETLINK_GET_STRICT_CHK, and none of what
# comes is of that kind (link_kind_filtered and rtnl_dump_ifinfo of net/core/rtnetlink.c: what no module has registered is no filter). It
# does not load the module either, which adding such a link does. iproute2 hides it, since it looks at each link once more. So who asks a node
# with thousands of pods for its VRFs gets all their links, a kilobyte each, just where there cannot be any.
# Seen with Linux 6.18 through pyroute2 0.7.12.
# Needs: root or unprivileged user namespaces, python3 with venv, and unshare.
set -eu
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/python"
"$directory/python/bin/pip" --quiet --disable-pip-version-check install pyroute2==0.7.12

cat >"$directory/links.py" <<'PROGRAM'
from pyroute2 import IPRoute
from pyroute2.netlink import NLM_F_DUMP, NLM_F_REQUEST
from pyroute2.netlink.rtnl import RTM_GETLINK
from pyroute2.netlink.rtnl.ifinfmsg import ifinfmsg

with IPRoute(strict_check=True) as route:
    route.link("add", ifname="one", kind="veth", peer="two")
    for kind in ("veth", "no-such-kind"):
        request = ifinfmsg()
        request["attrs"] = [("IFLA_LINKINFO", {"attrs": [("IFLA_INFO_KIND", kind)]})]
        links = route.nlm_request(request, RTM_GETLINK, NLM_F_DUMP | NLM_F_REQUEST)
        print(kind + ":", *sorted(link.get_attr("IFLA_IFNAME") for link in links))
PROGRAM
# without what modules of tunnels put into each new network namespace
printed=$(unshare --map-root-user --net "$directory/python/bin/python" "$directory/links.py" | sed -E 's/ [a-z_0-9]+0( |$)/\1/g')
printf 'Linux %s, links by kind:\n%s\n' "$(uname -r)" "$printed"
[ "$printed" = 'veth: one two
no-such-kind: lo one two' ] || {
  echo "this is no longer so" >&2
  exit 1
}
