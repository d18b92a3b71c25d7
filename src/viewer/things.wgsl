// Things on stage: where each is, what colours it has and how its joints stand comes from two textures, so that one mesh is
// drawn for all things that share it, and nothing but those textures changes from frame to frame.

#import bevy_pbr::mesh_functions
#import bevy_pbr::view_transformations::position_world_to_clip

#ifdef PREPASS_PIPELINE
#import bevy_pbr::prepass_io::{Vertex, VertexOutput}
#else
#import bevy_pbr::forward_io::{Vertex, VertexOutput, FragmentOutput}
#import bevy_pbr::pbr_fragment::pbr_input_from_standard_material
#import bevy_pbr::pbr_functions::{apply_pbr_lighting, main_pass_post_lighting_processing}
#endif

// Three texels a thing: place and heading; its drives; colours, size and whether it is active.
@group(#{MATERIAL_BIND_GROUP}) @binding(100) var things: texture_2d<u32>;
// Three texels a joint: pivot and parent; axis and gain; drive and whether it slides.
@group(#{MATERIAL_BIND_GROUP}) @binding(101) var joints: texture_2d<f32>;

const THINGS_IN_ROW: u32 = 256u;
const JOINTS_IN_ROW: u32 = 64u;
const OWN: u32 = 1u;
const OWN_DARK: u32 = 2u;
const STATE: u32 = 3u;
const LIGHT: u32 = 8u;
const LIGHT_WHEN_ACTIVE: u32 = 16u;

fn thing_texel(thing: u32, part: u32) -> vec4<u32> {
    return textureLoad(things, vec2<u32>((thing % THINGS_IN_ROW) * 3u + part, thing / THINGS_IN_ROW), 0);
}

fn joint_texel(joint: u32, part: u32) -> vec4<f32> {
    return textureLoad(joints, vec2<u32>((joint % JOINTS_IN_ROW) * 3u + part, joint / JOINTS_IN_ROW), 0);
}

// Turned about an axis of unit length (Rodrigues).
fn turned(v: vec3<f32>, axis: vec3<f32>, angle: f32) -> vec3<f32> {
    let c = cos(angle);
    return v * c + cross(axis, v) * sin(angle) + axis * dot(axis, v) * (1.0 - c);
}

fn linear(colour: u32) -> vec3<f32> {
    let c = unpack4x8unorm(colour).rgb;
    return select(pow((c + 0.055) / 1.055, vec3(2.4)), c / 12.92, c <= vec3(0.04045));
}

struct Posed {
    position: vec3<f32>,
    normal: vec3<f32>,
}

// A corner of the mesh and its normal, moved by the joint on which they hang, and by those on which that hangs.
fn posed(position: vec3<f32>, normal: vec3<f32>, joint_number: f32, thing: u32) -> Posed {
    var p = Posed(position, normal);
    let drives = bitcast<vec4<f32>>(thing_texel(thing, 1u));
    var joint = u32(joint_number + 0.5);
    for (var depth = 0; depth < 6 && joint > 0u; depth++) {
        let pivot = joint_texel(joint - 1u, 0u);
        let axis = joint_texel(joint - 1u, 1u);
        let how = joint_texel(joint - 1u, 2u);
        let value = drives[u32(how.x + 0.5)] * axis.w;
        if how.y > 0.5 {
            p.position += axis.xyz * value;
        } else {
            p.position = pivot.xyz + turned(p.position - pivot.xyz, axis.xyz, value);
            p.normal = turned(p.normal, axis.xyz, value);
        }
        joint = u32(pivot.w + 0.5);
    }
    // Where the thing is: its heading is counter-clockwise as seen from above, which y is here.
    let place = bitcast<vec4<f32>>(thing_texel(thing, 0u));
    let size = bitcast<f32>(thing_texel(thing, 2u).z);
    let up = vec3(0.0, 1.0, 0.0);
    p.position = place.xyz + turned(p.position * size, up, place.w);
    p.normal = turned(p.normal, up, place.w);
    return p;
}

@vertex
fn vertex(in: Vertex) -> VertexOutput {
    var out: VertexOutput;
    // An entity draws a block of things: each copy of the mesh knows its place in it.
    let thing = mesh_functions::get_tag(in.instance_index) + u32(in.color.a + 0.5);
    var normal = vec3(0.0, 1.0, 0.0);
#ifdef PREPASS_PIPELINE
#ifdef NORMAL_PREPASS_OR_DEFERRED_PREPASS
    normal = in.normal;
#endif
#else
    normal = in.normal;
#endif
    let p = posed(in.position, normal, in.uv.x, thing);
    out.world_position = vec4(p.position, 1.0);
    out.position = position_world_to_clip(p.position);

#ifdef PREPASS_PIPELINE
#ifdef UNCLIPPED_DEPTH_ORTHO_EMULATION
    out.unclipped_depth = out.position.z;
    out.position.z = min(out.position.z, 1.0);
#endif
#ifdef NORMAL_PREPASS_OR_DEFERRED_PREPASS
    out.world_normal = p.normal;
#endif
#ifdef MOTION_VECTOR_PREPASS
    out.previous_world_position = out.world_position;
#endif
#else
    out.world_normal = p.normal;
    let look = thing_texel(thing, 2u);
    let paint = u32(in.uv.y + 0.5);
    let kind = paint & 7u;
    var colour = in.color.rgb;
    if kind == OWN {
        colour = linear(look.x);
    } else if kind == OWN_DARK {
        colour = linear(look.x) * 0.45;
    } else if kind == STATE {
        colour = linear(look.y);
    }
    var glow = 0.0;
    if (paint & LIGHT) != 0u {
        glow = select(1.0, unpack4x8unorm(look.y).a, kind == STATE);
    } else if (paint & LIGHT_WHEN_ACTIVE) != 0u {
        glow = bitcast<f32>(look.w);
    }
    out.color = vec4(colour, glow);
    out.uv_b = in.uv_b;
    out.uv = vec2(unpack4x8unorm(look.x).a, 0.0);
#endif

#ifdef VERTEX_OUTPUT_INSTANCE_INDEX
    out.instance_index = in.instance_index;
#endif
    return out;
}

#ifndef PREPASS_PIPELINE
@fragment
fn fragment(in: VertexOutput, @builtin(front_facing) is_front: bool) -> FragmentOutput {
    var pbr_input = pbr_input_from_standard_material(in, is_front);
    let glow = in.color.a;
    pbr_input.material.base_color = vec4(in.color.rgb * (1.0 - 0.7 * glow), 1.0);
    pbr_input.material.perceptual_roughness = in.uv_b.x;
    pbr_input.material.metallic = in.uv_b.y;
    // Whoever is chosen shines a little, most where it turns away from the eye.
    let rim = pow(1.0 - saturate(dot(pbr_input.N, pbr_input.V)), 2.0);
    let chosen = in.uv.x * (0.03 + 0.5 * rim);
    pbr_input.material.emissive = vec4(in.color.rgb * glow * 1.6 + vec3(0.35, 0.8, 1.0) * chosen, 0.0);
    var out: FragmentOutput;
    out.color = apply_pbr_lighting(pbr_input);
    out.color = main_pass_post_lighting_processing(pbr_input, out.color);
    return out;
}
#endif
